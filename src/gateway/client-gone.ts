/** Thrown through the steps of an exchange when the client went away: nobody is left to answer. */
export const CLIENT_GONE = Symbol('client gone');
