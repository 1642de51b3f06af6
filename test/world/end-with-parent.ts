// Loaded before the app (`--import`): a process that was started by another one over an IPC channel
// ends in order when that one is gone, also when it was killed.
process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
