"""Every text of our pages: the one place that a translator has to know."""

from typing import Final

from services.texts import Catalogue

PAGES: Final = Catalogue(
    texts={
        "en": {
            "footer": "Tandem keeps agendas and Google calendars the same.",
            # The invitation
            "invitation.title": "Connect your calendar",
            "invitation.why": (
                '{organization} would like to keep its agenda "{agenda}" and your '
                "Google calendar the same."
            ),
            "invitation.reads": "What is read",
            "invitation.reads.events": (
                "The appointments in your calendar: titles, times, places, texts and "
                "guests"
            ),
            "invitation.reads.list": (
                "The list of your calendars, to find the right one"
            ),
            "invitation.reads.email": "Your mail address, to see that it is really you",
            "invitation.writes": "What is written",
            "invitation.writes.calendar": (
                'Appointments of the agenda "{agenda}" appear in your calendar, change '
                "there when they change, and go when they are deleted"
            ),
            "invitation.writes.agenda": (
                "What you make, change or delete in your calendar is carried over to "
                'the agenda "{agenda}"'
            ),
            "invitation.writes.no_mail": (
                "Guests get no mail about it, unless {organization} wants them to"
            ),
            "invitation.next": (
                "Next, Google asks you. Choose {email} and tick every box: all of them "
                "are needed."
            ),
            "invitation.button": "Go on to Google",
            "invitation.leave": (
                "You can end this at any time in the settings of your Google account, "
                "or ask {organization} to."
            ),
            # How it ended
            "outcome.retry": "Try again",
            "outcome.status": "See how it goes",
            "done.title": "Connected",
            "done.text": (
                "Your calendar is connected. The first appointments appear within a "
                "minute; from then on, changes take seconds. You may close this page."
            ),
            "already-connected.title": "Connected already",
            "already-connected.text": (
                "This calendar was connected already, and stays so. There is nothing "
                "more to do."
            ),
            "denied.title": "Not connected",
            "denied.text": (
                "At Google you chose not to allow it, so nothing was connected, and "
                "nothing was read or written. If that was a mistake, try again."
            ),
            "box-missing.title": "A box was not ticked",
            "box-missing.text": (
                "Google asks for each permission with a box of its own, and these were "
                "not ticked:"
            ),
            "box-missing.more": "Please try again and tick every box.",
            "other-account.title": "This is another Google account",
            "other-account.text": (
                "This invitation is for {wanted}, but you chose {given}. Please try "
                "again and choose the account of the invitation."
            ),
            "account-changed.title": "The Google account has changed",
            "account-changed.text": (
                "This agenda is connected with another Google account than {given}. So "
                "that two calendars do not get mixed up, nothing was changed. Whoever "
                "sent you the link can reset the connection and then invite you anew."
            ),
            "calendar-taken.title": "This calendar is connected elsewhere",
            "calendar-taken.text": (
                'The calendar "{wanted}" is connected with another agenda already. It '
                "has to be disconnected there first."
            ),
            "calendar-missing.title": "The calendar was not found",
            "calendar-missing.text": (
                'Your Google account has no calendar "{wanted}" in its list. Please '
                "tell whoever sent you the link."
            ),
            "calendar-read-only.title": "The calendar cannot be changed",
            "calendar-read-only.text": (
                'You may read the calendar "{wanted}", but not change its events. '
                "Please tell whoever sent you the link."
            ),
            "state-unknown.title": "We do not know this answer",
            "state-unknown.text": (
                "What your browser brought back from Google answers nothing that we "
                "asked. Please open the link of your invitation and start again."
            ),
            "state-expired.title": "That took too long",
            "state-expired.text": (
                "For your safety, the way to Google and back may take half an hour at "
                "most. Please open the link of your invitation and start again."
            ),
            "state-used.title": "Answered already",
            "state-used.text": (
                "Google's answer was used already, perhaps because this page was "
                "loaded twice. If you saw that your calendar was connected, all is "
                "well; if not, open the link of your invitation again."
            ),
            "other-browser.title": "This is another browser",
            "other-browser.text": (
                "You began in another browser, or cookies are switched off in this "
                "one. Please open the link of your invitation here and start again."
            ),
            "invitation-unknown.title": "This link does not work",
            "invitation-unknown.text": (
                "There is no such invitation. Perhaps the link was cut in two in your "
                "mail, or a newer mail brought you a new one."
            ),
            "invitation-expired.title": "This link has expired",
            "invitation-expired.text": (
                "The link of an invitation works for two weeks. Please ask whoever "
                "sent it for a new one."
            ),
            "invitation-revoked.title": "This link was withdrawn",
            "invitation-revoked.text": (
                "Whoever sent you the invitation has withdrawn it. Please ask them if "
                "you need a new one."
            ),
            "invitation-used.title": "This link was used already",
            "invitation-used.text": (
                "Your calendar was connected with this link, so there is nothing more "
                "to do. If it has to be connected again, ask for a new link."
            ),
            "client-changed.title": "The set-up was changed",
            "client-changed.text": (
                "While you were at Google, the organization changed its project there. "
                "Please try again."
            ),
            "set-up-wrong.title": "The set-up at Google is not right",
            "set-up-wrong.text": (
                "It is not your fault, and trying again will not help. Please pass "
                "this on to whoever sent you the link: {detail}"
            ),
            "google-unreachable.title": "Google does not answer",
            "google-unreachable.text": (
                "Google could not be reached just now. Nothing is lost: please try "
                "again in a minute."
            ),
            "try-again.title": "That did not work",
            "try-again.text": (
                "Something got lost on the way. Nothing is wrong with your calendar; "
                "please try again."
            ),
            # The boxes of Google's consent page
            "box.openid": "Your Google account",
            "box.email": "Your mail address",
            "box.calendar.events": "View and edit events on all your calendars",
            "box.calendar.calendarlist.readonly": "See the list of your calendars",
            # The console
            "front.title": "Tandem",
            "front.text": (
                "This Tandem keeps the agendas of business applications and Google "
                "calendars the same, both ways."
            ),
            "front.owner": (
                "Do you want to connect your calendar? Open the link in the mail that "
                "you were sent."
            ),
            "health.title": "Health",
            "health.fine": "All is well.",
            "health.down": "The store does not answer: nothing can be synced now.",
            "status.title": "Your connection",
            "status.unknown.title": "There is no such page",
            "status.unknown.text": (
                "There is nothing at this address, or not any more. If the link came "
                "in a mail, perhaps it was cut in two there."
            ),
            "status.state": "State",
            "status.reason": "Reason",
            "status.account": "Google account",
            "status.calendar": "Calendar",
            "status.agenda": "Agenda",
            "status.since": "Connected since",
            "status.looked": "Last look",
            "status.changed": "Last written",
            "status.links": "Appointments",
            "status.waiting": "Waiting",
            "status.never": "not yet",
            "state.active": "Active",
            "state.syncing": "Active: syncing right now",
            "state.paused": "Paused",
            "state.held": "Active; some deletes or moves wait for an administrator",
            "state.needs_approval": "Waits for an administrator's yes",
            "state.needs_reconnect": "Stopped: has to be connected again",
            "state.failing": "In trouble; we keep trying",
            "state.disconnected": "Disconnected",
        }
    }
)
