"""The journal's tree: events as bytes, a Merkle tree over them, proofs, signed checkpoints, and what finds a change.

Pure: storage is behind `TreeStore`, keys and moments are handed in. The modules:

- `events`: an event, which carries identifiers only, as canonical JSON;
- `tree`: hashes, appending in batches, roots and proofs (RFC 6962, RFC 9162);
- `proofs`: verifying what somebody else's tree says, and the file that carries a proof;
- `notes`, `checkpoints`: signed notes and checkpoints (C2SP), which partners may sign too;
- `checking`: reading a whole log again, and saying where it differs from what was signed.
"""

from __future__ import annotations
