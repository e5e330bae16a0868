"""Other people's learners, for `farthing learn compare` and `farthing learn fit --engine dask`: docs/engines.md."""
