/** The third door: a real browser, for what only a browser shows. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type ViewportSize } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = places.find((path) => existsSync(path));

/** Whether this machine has a browser to test with: CI installs Debian's. */
export const hasBrowser = executablePath !== undefined;

export interface BrowserLook {
  readonly locale: string;
  readonly viewport: ViewportSize;
}

const phone: ViewportSize = { width: 390, height: 844 };

/** A fresh browser that speaks to nobody of its own accord: a phone's, but for what is said otherwise. */
export async function openBrowser({ locale = 'zh-CN', viewport = phone }: Partial<BrowserLook> = {}): Promise<{
  context: BrowserContext;
  close(): Promise<void>;
}> {
  const profile = mkdtempSync(join(tmpdir(), 'zhijia-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    locale,
    viewport,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return {
    context,
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
