/** A page as a browser without scripts gets it. */
export interface FormPage {
  readonly status: number;
  readonly text: string;
  /** Where it leads beyond the site; null for a page of the site. */
  readonly location: string | null;
  readonly headers: Headers;
}

/** A browser as far as pages of plain forms need one: it keeps cookies, and follows redirects within one site. */
export class FormBrowser {
  private readonly cookies = new Map<string, string>();
  private readonly origin: string;

  constructor(site: string) {
    this.origin = new URL(site).origin;
  }

  async get(url: string): Promise<FormPage> {
    return this.send(url, {});
  }

  async submit(url: string, form: Readonly<Record<string, string>>): Promise<FormPage> {
    return this.send(url, { method: 'POST', body: new URLSearchParams(form) });
  }

  private async send(url: string, init: RequestInit): Promise<FormPage> {
    const response = await fetch(new URL(url, this.origin), {
      ...init,
      redirect: 'manual',
      headers: { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const location = response.headers.get('location');
    const text = await response.text();
    if (location === null || new URL(location, this.origin).origin !== this.origin) {
      return { status: response.status, text, location, headers: response.headers };
    }
    return this.get(location);
  }
}

/** The address a form on a page is sent to. */
export function formOf(page: FormPage): string {
  const action = /<form method="post" action="([^"]+)"/.exec(page.text)?.[1];
  if (action === undefined) throw new Error(`No form here:\n${page.text}`);
  return action;
}
