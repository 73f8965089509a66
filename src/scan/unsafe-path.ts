/** True for a path that leaves the folder it is meant for, on any system: absolute, with a drive, or with a step up. */
export function isUnsafePath(path: string): boolean {
  const parts = path.replaceAll('\\', '/').split('/');
  return (
    parts[0] === '' || /^[a-zA-Z]:/.test(path) || parts.includes('..') || path.startsWith('~') || path.includes('\0')
  );
}
