"""The running service keeps what its document says, asked by thousands of generated requests, right and wrong."""

import schemathesis
from hypothesis import HealthCheck, settings

from commentsvc.openapi import described
from tests.contract.promises import operations

HERE, SERVICE = "tests/contract/test_live.py", "test_the_service_keeps_what_the_document_says"

schema = schemathesis.openapi.from_dict(described(""))
schema.config.generation.update(max_examples=15, deterministic=True)


@schema.parametrize()
@settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_the_service_keeps_what_the_document_says(case, live):
    live.aim(case)
    answer = case.call_and_validate(base_url=live.url, headers=live.headers(case))
    live.statuses.append(answer.status_code)


def test_every_operation_is_a_test_of_its_own(request):
    """Looks at what was collected: under a name that two share, one would never run (run it with the whole file)."""
    collected = [item.nodeid for item in request.session.items if SERVICE in item.nodeid]
    assert sorted(collected) == sorted(f"{HERE}::{SERVICE}[{method} {path}]" for method, path, _ in operations())
