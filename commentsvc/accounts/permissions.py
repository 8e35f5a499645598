"""Who may what: one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..core.errors import Forbidden, NotFound
from .models import Account, Role


class Permission(StrEnum):
    MODERATE = "moderate"  # read the queue, decide, see the log
    SEE_ADDRESSES = "see addresses"  # the e-mail addresses of writers
    MANAGE_AUTHORS = "manage authors"  # edit profiles, make bylines, set a standing
    MANAGE_STORIES = "manage stories"  # edit what is known of an article, its bylines, its state
    MANAGE_CHATS = "manage chats"  # where the newsroom's own messages go


MAY: Mapping[Role, frozenset[Permission]] = {
    Role.MODERATOR: frozenset({Permission.MODERATE}),
    Role.ADMIN: frozenset(Permission),
}


@dataclass(frozen=True)
class Actor:
    """Whoever acts now: somebody of the staff, or a rule."""

    name: str
    account_id: int | None = None
    role: Role | None = None
    site_ids: frozenset[int] = frozenset()
    rule: str | None = None

    @classmethod
    def of(cls, account: Account) -> "Actor":
        return cls(account.name, account.id, Role(account.role), account.site_ids)

    @classmethod
    def machine(cls, rule: str) -> "Actor":
        return cls(name=rule, rule=rule)

    def works_on(self, site_id: int) -> bool:
        return self.role is Role.ADMIN or site_id in self.site_ids

    def may(self, permission: Permission) -> bool:
        return self.role is not None and permission in MAY[self.role]


def ensure(actor: Actor, permission: Permission, site_id: int) -> None:
    """Raises NotFound where the actor must not know that it exists, Forbidden where the role does not allow it."""
    if not actor.works_on(site_id):
        raise NotFound("There is nothing here by that name.")
    if not actor.may(permission):
        raise Forbidden("Your role does not allow this.")
