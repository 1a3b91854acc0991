"""Makes a release out of a checkout: `make release`, told in docs/releasing.md. It is no part of what is released."""
