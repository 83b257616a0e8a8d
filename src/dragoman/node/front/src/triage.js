// Filled by its desk.
export function start() {}
