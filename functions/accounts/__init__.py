"""The functions of accounts: their HTTP service, avatars, and invalidating cached facts about users."""
