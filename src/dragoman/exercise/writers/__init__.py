"""One writer a publisher's format. Each writes parties as that publisher would, for its real reader to read."""
