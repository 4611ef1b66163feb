// Filled in by the first helper.
