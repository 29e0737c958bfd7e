"""A calendar read page by page: what changed, and how to go on behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from connectors.base import ItemPage
from connectors.caldav.dav import (
    CS,
    D,
    Refused,
    lost,
    propfind,
    sync_collection,
    trouble,
)
from connectors.caldav.reads import ByEtags, ByToken, cursor_of, digest
from connectors.caldav.resources import Resources
from sync.errors import SyncTokenExpired


@dataclass(frozen=True, slots=True)
class _Listing:
    """What a server listed at once: the etag of each name, None for what is gone."""

    start: str
    end: str
    etags: Mapping[str, str | None]
    truncated: bool = False


class Pages:
    """Reads one calendar; between the pages of a listing it keeps the listing."""

    def __init__(self, there: Resources) -> None:
        self._there = there
        self._listing: _Listing | None = None

    def read(self, cursor: str | None, *, limit: int) -> ItemPage:
        """Return what changed: one request to list it, and one for the contents."""
        place = self._beginning() if cursor is None else cursor_of(cursor)
        if isinstance(place, ByToken):
            return self._page_by_token(place, limit=limit)
        return self._page_by_etags(place, limit=limit)

    def _beginning(self) -> ByToken | ByEtags:
        """Begin to read everything, with tokens where the server has such."""
        name = f"{D}supported-report-set"
        body = propfind("D:supported-report-set")
        for found in self._there.ask("PROPFIND", body).found:
            reports = found.props.get(name, Element(name))
            if next(reports.iter(f"{D}sync-collection"), None) is not None:
                return ByToken()
        return ByEtags()

    def _page_by_token(self, place: ByToken, *, limit: int) -> ItemPage:
        listing = self._listed(place)
        if listing.truncated and place.last and listing is not self._listing:
            place = ByToken(full=place.full, start=place.start)
        self._listing = listing
        rest = sorted(name for name in listing.etags if name > place.last)
        page, end = rest[:limit], place.end or listing.end
        if len(rest) > limit:
            after = replace(place, end=end, last=page[-1])
        elif listing.truncated:
            after = ByToken(full=place.full, start=end)
        else:
            after = ByToken(full=False, start=end)
        more = len(rest) > limit or listing.truncated
        return ItemPage(
            items=self._there.items(page, listing.etags),
            cursor=after.text(),
            more=more,
            complete_read=place.full and not more,
        )

    def _listed(self, place: ByToken) -> _Listing:
        """Return what changed since a token; the same again between its pages."""
        known = self._listing
        between = known is not None and place.last != ""
        if known is not None and between and known.start == place.start:
            return known
        try:
            many = self._there.dav.ask(
                "REPORT", self._there.address, sync_collection(place.start)
            )
        except Refused as refused:
            gone = lost(refused)
            if place.start and gone is None:
                # 403 or 412 with valid-sync-token, or 418 from an older Nextcloud.
                raise SyncTokenExpired("The server forgot its token.") from None
            raise gone or trouble(refused) from None
        etags = {
            name: None if found.status == 404 else found.text(f"{D}getetag")
            for found in many.found
            if (name := self._there.name(found))
        }
        return _Listing(
            start=place.start, end=many.token, etags=etags, truncated=many.truncated
        )

    def _page_by_etags(self, place: ByEtags, *, limit: int) -> ItemPage:
        names = ("CS:getctag", "D:getetag")
        if not place.full and place.ctag and self._ctag() == place.ctag:
            return ItemPage(items=(), cursor=place.text())
        many = self._there.ask("PROPFIND", propfind(*names), depth="1").found
        ctag = next((found.text(f"{CS}getctag") for found in many), "")
        etags = {
            name: found.text(f"{D}getetag")
            for found in many
            if (name := self._there.name(found))
        }
        if place.gone(etags):
            # No names are kept: only a full read tells who is gone.
            raise SyncTokenExpired("Something is gone from the calendar.")
        rest = sorted(name for name in etags if not place.knows(name, etags[name]))
        page, more = rest[:limit], len(rest) > limit
        marks = {**place.marks, **{digest(name): digest(etags[name]) for name in page}}
        after = ByEtags(
            full=place.full and more, ctag="" if more else ctag, marks=marks
        )
        return ItemPage(
            items=self._there.items(page, etags),
            cursor=after.text(),
            more=more,
            complete_read=place.full and not more,
        )

    def _ctag(self) -> str:
        found = self._there.ask("PROPFIND", propfind("CS:getctag")).found
        return found[0].text(f"{CS}getctag") if found else ""
