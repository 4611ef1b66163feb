// Filled in by the first suite.
