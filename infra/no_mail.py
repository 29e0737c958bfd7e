"""No mail at all: the links of invitations are shown by the API, and sent by people."""

from services.ports.mailer import Mail, MailError


class NoMailer:
    """Hands over no mail, and says so: an invitation shows that it was not sent."""

    def send(self, mail: Mail) -> None:
        """Refuse the mail for good."""
        message = 'Nobody is mailed: TANDEM_MAIL is "none".'
        raise MailError(message, permanent=True)
