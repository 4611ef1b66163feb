// Filled in by the first suite of this target.
