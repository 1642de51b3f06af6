/** What a process says whose clock was set. */
export const clockSet = "a clock was set";
