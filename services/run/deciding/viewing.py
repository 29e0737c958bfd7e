"""Through which views the two sides of a link are seen, under an organization's rules.

Where the application bore it, the agenda is seen through templates and with its people
as text. Where Google did, the calendar may be seen as a busy block.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from services.agendas.settings import Declined, GoogleEvents, Participants
from services.agendas.settings_reading import AgendaSettings
from services.links.link import Link
from sync.calendar_views import SHOWN_OF_BUSY, BusyOnly, DeclinedFree
from sync.content import Content, Details
from sync.people_view import PeopleBelow, PeopleOfItem
from sync.policy import Policy
from sync.sides import Side
from sync.template_view import TemplateView
from sync.views import Chain, View, shown, to_hold

PEOPLE = "people"
LOCATION = "location"

Project = Callable[[Content], Content]


@dataclass(frozen=True, kw_only=True)
class Viewing:
    """How one link is seen; `owner` is the address of the calendar's account."""

    settings: AgendaSettings
    link: Link
    owner: str

    @property
    def application_born(self) -> bool:
        """Whether the application made it, and Google has the copy."""
        return self.link.birth is Side.AGENDA

    @property
    def busy_block(self) -> bool:
        """Whether the agenda shows nothing of it but a block of time."""
        hidden = self.settings.google_events is GoogleEvents.BUSY
        return hidden and not self.application_born

    @cached_property
    def templates(self) -> TemplateView:
        """The templates that make its texts; all empty where Google made it."""
        if not self.application_born:
            return TemplateView()
        chosen, item = self.settings.templates, self.link.item
        return TemplateView(
            title=chosen.title,
            location=chosen.location,
            description=chosen.description,
            extra=item.extra if item else {},
        )

    def shown(self, side: Side, kept: Content) -> Content:
        """Return what a side shows of what it holds."""
        return shown(self._views[side], kept)

    def to_hold(self, side: Side, wanted: Content, kept: Content | None) -> Content:
        """Return what a side is to hold, to show what is wanted."""
        return to_hold(self._views[side], wanted, kept)

    def policy(self, plain: Policy) -> Policy:
        """Return a policy for raw sides as one for what they show.

        What a view makes goes one way: an edit of it is put back.
        """

        def carries(target: Side, name: str) -> bool:
            return plain.carries(target, name) and not self._hidden_from(target, name)

        def puts_back(side: Side, name: str) -> bool:
            return plain.puts_back(side, name) or self._is_made_for(side, name)

        project: dict[Side, Project] = {
            Side.CALENDAR: self._project_event(plain.project[Side.CALENDAR]),
            Side.AGENDA: self._project_item(plain.project[Side.AGENDA]),
        }
        return replace(plain, project=project, carries=carries, puts_back=puts_back)

    # --- which way a field goes ------------------------------------------------------

    def _hidden_from(self, target: Side, name: str) -> bool:
        """Return whether a side is not to be given what the other shows of a field."""
        if target is Side.CALENDAR:
            if name == PEOPLE:
                return not self.application_born
            return self.busy_block and name not in SHOWN_OF_BUSY
        return name == PEOPLE or self.templates.templated(name)

    def _is_made_for(self, side: Side, name: str) -> bool:
        """Return whether a side shows of a field what a view of the other makes."""
        if side is Side.AGENDA:
            return self.busy_block and name not in SHOWN_OF_BUSY
        of_people = name == PEOPLE and self.application_born
        return of_people or self.templates.templated(name)

    # --- the views -------------------------------------------------------------------

    @cached_property
    def _views(self) -> Mapping[Side, View]:
        return {Side.CALENDAR: self._of_event(), Side.AGENDA: self._of_item()}

    def _of_event(self) -> Chain:
        views: list[View] = [PeopleBelow()]
        if self.settings.declined is Declined.FREE:
            views.append(DeclinedFree(self.owner))
        if self.busy_block:
            views.append(BusyOnly())
        return Chain(views)

    def _of_item(self) -> Chain:
        views: list[View] = []
        if any(map(self.templates.templated, ("title", LOCATION, "description"))):
            views.append(self.templates)
        as_text = self.settings.participants is Participants.TEXT
        shows = as_text and self.application_born
        return Chain([*views, PeopleOfItem(self.owner, shows=shows)])

    # --- what a side would show ------------------------------------------------------

    def _project_event(self, project: Project) -> Project:
        view = self._views[Side.CALENDAR]
        return lambda wanted: shown(view, project(to_hold(view, wanted, None)))

    def _project_item(self, project: Project) -> Project:
        def projected(wanted: Content) -> Content:
            return self._with_own(project(wanted), wanted)

        return projected

    def _with_own(self, held: Content, wanted: Content) -> Content:
        """Return what an item would hold, but with the texts that views make."""
        overrides = {
            slot: one and self._with_texts(one, wanted.overrides.get(slot) or one)
            for slot, one in held.overrides.items()
        }
        details = self._with_texts(held.details, wanted.details)
        return replace(held, details=details, overrides=overrides)

    def _with_texts(self, held: Details, wanted: Details) -> Details:
        held = replace(held, people=wanted.people)
        if self.templates.title:
            held = replace(held, title=wanted.title)
        if self.templates.location:
            held = replace(held, places=wanted.places)
        if self.templates.description:
            held = replace(held, description=wanted.description)
        return held
