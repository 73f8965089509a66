/** What is said of a file that was looked at. `incomplete`: something could not be looked at, and what could be is without findings. It is never clean. */
export const FILE_VERDICTS = ['clean', 'findings', 'incomplete', 'error'] as const;
export type FileVerdict = (typeof FILE_VERDICTS)[number];
