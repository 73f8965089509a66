/** A size of a perturbation as people write it: 8/255 where it is a whole number of 255ths, else four digits. */
export function epsText(eps: number): string {
  const of255 = eps * 255;
  if (eps < 0.25 && Math.abs(of255 - Math.round(of255)) < 1e-6) return `${Math.round(of255)}/255`;
  return String(Number(eps.toPrecision(4)));
}
