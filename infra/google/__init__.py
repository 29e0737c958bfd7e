"""Google itself: calendars and accounts, over the official client libraries.

Nothing heavy is imported here or by `infra.google.accounts`: a function that only
refreshes a token must not pay for the Calendar client.
"""
