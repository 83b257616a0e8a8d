"""The TAXII 2.1 server of a node: the protocol of `dragoman.exchange.taxii` over its tables and its agreements."""
