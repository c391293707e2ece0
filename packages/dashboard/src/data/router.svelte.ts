/** Where we are: everything behind the `#`, so that a view is an address wherever a proxy puts us, and no search reaches a proxy's log. */
export interface Place {
  readonly page: string;
  readonly id: string | undefined;
  readonly query: URLSearchParams;
}

function placeOf(hash: string): Place {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2) as [string?, string?];
  const [page = '', id] = path.split('/').map(decode);
  return { page: page === '' ? 'overview' : page, id: id === '' ? undefined : id, query: new URLSearchParams(search) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

class Router {
  place = $state.raw<Place>(placeOf(location.hash));
  constructor() {
    addEventListener('hashchange', () => {
      this.place = placeOf(location.hash);
    });
  }
}
export const router = new Router();

type Params = Readonly<Record<string, string | number | undefined | null>>;

/** The address of a view; what is empty is left out. */
export function href(page: string, id?: string, params: Params = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  const text = search.toString();
  const path = `#/${page === 'overview' ? '' : page}${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;
  return text === '' ? path : `${path}?${text}`;
}

export function go(address: string): void {
  location.hash = address;
}

/** Changes what the view is asked for, without a new step in the history. */
export function refine(params: Params): void {
  const { page, id, query } = router.place;
  const all: Record<string, string | number | undefined | null> = Object.fromEntries(query);
  const address = href(page, id, { ...all, ...params });
  history.replaceState(null, '', address);
  router.place = placeOf(address);
}
