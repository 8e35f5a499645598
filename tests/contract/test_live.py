"""The running service keeps what its document says, asked by thousands of generated requests, right and wrong."""

import schemathesis
from hypothesis import HealthCheck, settings

from commentsvc.openapi import described

schema = schemathesis.openapi.from_dict(described(""))
schema.config.generation.update(max_examples=15, deterministic=True)


@schema.parametrize()
@settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_the_service_keeps_what_the_document_says(case, live):
    live.aim(case)
    case.call_and_validate(base_url=live.url, headers=live.headers(case))
