import { texts } from './texts.ts';

/** In this order: most browsers also name those that they resemble. */
const browsers: readonly [RegExp, string][] = [
  [/\bEdgA?\/|\bEdgiOS\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bChrom(e|ium)\/|\bHeadlessChrome\/|\bCriOS\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
  [/^curl\//, 'curl'],
];
const systems: readonly [RegExp, string][] = [
  [/\bWindows\b/, 'Windows'],
  [/\bAndroid\b/, 'Android'],
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

/** A user agent in a few words: "Firefox on Linux". */
export function deviceName(userAgent: string): string {
  const first = (table: typeof browsers): string | undefined => table.find(([mark]) => mark.test(userAgent))?.[1];
  const browser = first(browsers) ?? texts.device.unknownBrowser;
  const system = first(systems);
  return system === undefined ? browser : texts.device.on(browser, system);
}
