"""The audit journal: events under a Merkle tree."""
