"""What the conformance cases are made with; README.md tells of them."""
