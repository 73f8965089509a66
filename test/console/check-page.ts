import type { Page } from 'playwright-core';

/**
 * Looks for what keeps people from using a page: controls without a name, ids that are there twice, headings that skip
 * a level, no main landmark, pictures without text, and text whose contrast is below WCAG 2.2 AA (1.4.3: 4.5 to 1,
 * 3 to 1 when large).
 * @returns one line for each thing found.
 */
export async function checkPage(page: Page): Promise<readonly string[]> {
  return (await page.evaluate(`(${LOOK.toString()})()`)) as readonly string[];
}

/** Runs in the page, so it stands alone: its types are those of a browser, which this project's are not. */
const LOOK = `function look() {
  const found = [];
  const short = (element) => element.outerHTML.slice(0, 120);
  const visible = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && getComputedStyle(element).visibility !== 'hidden';
  };

  const nameOf = (element) =>
    (element.getAttribute('aria-label') ?? '') ||
    (element.getAttribute('aria-labelledby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent ?? '')
      .join(' ')
      .trim() ||
    [...(element.labels ?? [])].map((label) => label.textContent).join(' ') ||
    element.textContent.trim() ||
    element.title;
  for (const element of document.querySelectorAll('a[href], button, input, select, textarea, dialog, [role]')) {
    if (element.getAttribute('role') === 'status' || element.getAttribute('role') === 'alert') continue;
    if (visible(element) && nameOf(element).trim() === '') found.push('no name: ' + short(element));
  }
  for (const image of document.querySelectorAll('img:not([alt]), svg:not([aria-hidden]):not([aria-label])')) {
    found.push('no text for a picture: ' + short(image));
  }

  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  for (const id of new Set(ids.filter((one, i) => ids.indexOf(one) !== i))) found.push('id twice: ' + id);
  if (document.querySelectorAll('main').length !== 1) found.push('not exactly one main');
  if (document.querySelectorAll('h1').length !== 1) found.push('not exactly one h1');
  if (document.documentElement.lang === '') found.push('no language');
  let level = 1;
  for (const heading of document.querySelectorAll('main h1, main h2, main h3, main h4')) {
    const own = Number(heading.tagName[1]);
    if (own > level + 1) found.push('heading skips a level: ' + short(heading));
    level = own;
  }
  for (const header of document.querySelectorAll('th')) {
    if (!header.hasAttribute('scope')) found.push('th without scope: ' + short(header));
  }

  // Any CSS colour as red, green, blue, alpha: a canvas knows them all.
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const backgroundOf = (element) => {
    const layers = [];
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reduceRight((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (walker.currentNode.data.trim() === '' || seen.has(element)) continue;
    seen.add(element);
    if (!visible(element) || element.closest(':disabled, .skip, noscript, option, datalist') !== null) continue;
    const style = getComputedStyle(element);
    const background = backgroundOf(element);
    const text = over(rgba(style.color), background);
    const [light, dark] = [luminance(text), luminance(background)].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    const size = Number.parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (contrast < (large ? 3 : 4.5)) {
      found.push('contrast ' + contrast.toFixed(2) + ': ' + short(element));
    }
  }
  return found;
}`;
