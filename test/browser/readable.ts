/** What keeps people from reading a page: parts beyond its edge that nothing shows, letters too small, and what axe-core finds. */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

declare global {
  interface Window { axe?: { run(root: Document, options: RunOptions): Promise<AxeResults> } }
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Each visible part that is wider than the page, unless it lies in a box that scrolls and shows it: inside the page, reachable by keyboard, with shadows
 * at the sides where it goes on. And words that leave their drawing, or have letters below 8.5 pixels.
 */
export async function unreadable(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const problems = new Set<string>();
    const name = (element: Element): string => `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''} '${(element.textContent ?? '').trim().slice(0, 40)}'`;
    if (document.documentElement.scrollWidth > width) problems.add(`the page is ${document.documentElement.scrollWidth} pixels wide`);
    const beyond = (box: DOMRect): boolean => box.right > width + 1 || box.left < -1;
    const showsMore = (box: Element): boolean => {
      const style = getComputedStyle(box);
      const shadows = style.backgroundAttachment.includes('local') && style.backgroundImage.includes('gradient');
      return shadows && (box as HTMLElement).tabIndex >= 0 && !beyond(box.getBoundingClientRect()) && box.scrollWidth > box.clientWidth;
    };
    // Clipped away, with all that is in them: for screen readers alone.
    const unseen = new Set<Element>();
    for (const element of document.body.querySelectorAll('*')) {
      const box = element.getBoundingClientRect();
      if (getComputedStyle(element).clipPath !== 'none' || (element.parentElement && unseen.has(element.parentElement))) unseen.add(element);
      if (box.width === 0 || box.height === 0 || !element.checkVisibility() || unseen.has(element)) continue;
      if (beyond(box)) {
        let parent = element.parentElement;
        while (parent && !/auto|scroll/.test(getComputedStyle(parent).overflowX)) parent = parent.parentElement;
        if (!parent || !showsMore(parent)) problems.add(`${name(element)} reaches to ${Math.round(box.right)}`);
      }
      if (element instanceof SVGTextElement) {
        const { a = 1, b = 0 } = element.getScreenCTM() ?? {};
        const size = parseFloat(getComputedStyle(element).fontSize) * Math.hypot(a, b);
        const drawing = element.ownerSVGElement?.closest('.bptt-plot')?.getBoundingClientRect();
        if (drawing && (box.right > drawing.right + 3 || box.left < drawing.left - 3 || box.bottom > drawing.bottom + 3)) problems.add(`${name(element)} leaves its drawing`);
        if (size < 8.5) problems.add(`${name(element)} is ${size.toFixed(1)} pixels high`);
      }
    }
    return [...problems];
  });
}

/** What axe-core finds: the rule, and where. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.addScriptTag({ content: axe });
  return page.evaluate(async () => {
    const found = await window.axe?.run(document, { resultTypes: ['violations'] });
    if (!found) throw new Error('axe-core did not start');
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html, failureSummary = '' }) => `${html.slice(0, 120)} ${failureSummary.replace(/\s+/g, ' ')}`).join(' | ')}`);
  });
}
