"""Who may what: one table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ..core.errors import Forbidden, NotFound
from .models import Account, Role, Scope


class Permission(StrEnum):
    MODERATE = "moderate"  # read the queue, decide, see the log, say what a thread takes, move conversations
    SEE_OUTGOING = "see outgoing"  # what the whole site sends out, with what stands in it
    SEE_ADDRESSES = "see addresses"  # the e-mail addresses of writers
    MANAGE_AUTHORS = "manage authors"  # edit profiles, make bylines, set a standing
    MANAGE_STORIES = "manage stories"  # edit what is known of an article, its bylines, its state
    MANAGE_SITE = "manage site"  # where its events go, what is sent again, who outside is asked about comments
    MANAGE_ACCOUNTS = "manage accounts"  # who signs in, as what, and what they must show for it


MAY: Mapping[Role, frozenset[Permission]] = {
    Role.MODERATOR: frozenset({Permission.MODERATE, Permission.SEE_OUTGOING}),
    Role.ADMIN: frozenset(Permission),
}
# What a token may at most, whatever its account may; one that only reads is kept from everything but GET (guards).
WITHIN: Mapping[Scope, frozenset[Permission]] = {
    Scope.READ: MAY[Role.MODERATOR],
    Scope.MODERATE: MAY[Role.MODERATOR],
    Scope.ADMIN: frozenset(Permission),
}
OF_THE_WHOLE_SITE = frozenset({Permission.SEE_OUTGOING})  # nobody's who is limited to sections
BEYOND_THE_TOKEN = "The scope of this token does not allow this."  # noqa: S105 - words


@dataclass(frozen=True)
class Actor:
    """Whoever acts now: somebody of the staff, or a rule. `scope` is how much of it their token may."""

    name: str
    account_id: int | None = None
    role: Role | None = None
    site_ids: frozenset[int] = frozenset()
    rule: str | None = None
    sections: Mapping[int, frozenset[str]] = field(default_factory=dict)
    scope: Scope = Scope.ADMIN

    @classmethod
    def of(cls, account: Account, scope: Scope = Scope.ADMIN) -> "Actor":
        role = Role(account.role)
        return cls(account.name, account.id, role, account.site_ids, sections=account.sections, scope=scope)

    @classmethod
    def machine(cls, rule: str) -> "Actor":
        return cls(name=rule, rule=rule)

    def works_on(self, site_id: int) -> bool:
        return self.role is Role.ADMIN or site_id in self.site_ids

    def sections_of(self, site_id: int) -> frozenset[str] | None:
        """The sections of a site the actor is limited to; None without a limit."""
        return None if self.role is Role.ADMIN else self.sections.get(site_id)

    def works_in(self, site_id: int, section: str) -> bool:
        """Whether a section of a site the actor works on is theirs."""
        limit = self.sections_of(site_id)
        return limit is None or section in limit

    def may(self, permission: Permission) -> bool:
        return self.role is not None and permission in MAY[self.role] & WITHIN[self.scope]


def ensure(actor: Actor, permission: Permission, site_id: int, section: str | None = None) -> None:
    """Raises NotFound where the actor must not know that it exists, Forbidden where the role does not allow it.

    `section` is where the thing belongs, for what belongs to one: a comment, a story.
    """
    is_beyond = section is not None and not actor.works_in(site_id, section)
    is_too_much = permission in OF_THE_WHOLE_SITE and actor.sections_of(site_id) is not None
    if not actor.works_on(site_id) or is_beyond or is_too_much:
        raise NotFound("There is nothing here by that name.")
    if not actor.may(permission):
        raise Forbidden("Your role does not allow this." if actor.scope is Scope.ADMIN else BEYOND_THE_TOKEN)
