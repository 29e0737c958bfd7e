"""Google's side: accounts and their tokens, calendars, push channels, pace."""
