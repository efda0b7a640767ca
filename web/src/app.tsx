import { batch, useSignal, useSignalEffect } from '@preact/signals';
import { Component, type ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { ReadableError } from './failure.ts';
import { t, use } from './i18n.ts';
import { address, go, match, type Page, place, type Route } from './router.ts';
import { hasRole } from './roles.ts';
import { ROUTES } from './routes.ts';
import { announced, notice, online, session, signedIn } from './state.ts';
import { Empty, Failed, Spinner } from './ui/bits.tsx';
import { Icon } from './ui/icons.tsx';
import { Navigation } from './ui/navigation.tsx';

const DONE_MS = 4000;

/** The route of an address, and the named parts of it. */
export function routeOf(path: string): { route: Route; parts: Record<string, string> } | null {
  for (const route of ROUTES) {
    const parts = match(route.path, path);
    if (parts) {
      return { route, parts };
    }
  }
  return null;
}

export function App() {
  const { pathname } = address.value;
  return (
    <div class="app" data-full={routeOf(pathname)?.route.full ?? false}>
      <a class="skip" href="#main">{t('app.skip')}</a>
      <Navigation path={pathname} />
      <Content />
      <Told />
      <p class="unseen" role="status" aria-live="polite" id="announced">{announced}</p>
    </div>
  );
}

interface Shown {
  page: Page;
  parts: Record<string, string>;
  route: Route;
}

/** The page of the address; the one before stays until it is loaded. `arrived`: another one is there than before. */
function usePage(arrived: () => void): { shown: Shown | null; error: unknown } {
  const shown = useSignal<Shown | null>(null);
  const failed = useSignal<unknown>(null);
  const url = address.value;
  useEffect(() => {
    let gone = false;
    const show = (found: Shown | null, error: unknown = null) => {
      batch(() => {
        shown.value = found;
        failed.value = error;
        place.value = url;
      });
    };
    const isLoaded = shown.peek() !== null && url.pathname === place.peek().pathname;
    const found = routeOf(url.pathname);
    if (found?.route.signedIn && !signedIn.peek()) {
      go(`/sign-in?${new URLSearchParams({ to: url.pathname + url.search })}`, 'replace');
    } else if (isLoaded || !found) {
      show(found && shown.peek());
    } else {
      failed.value = null;
      void load(found.route).then(
        (page) => {
          if (!gone) {
            show({ page, ...found });
            arrived();
          }
        },
        (error: unknown) => gone || show(null, error),
      );
    }
    return () => { gone = true; };
  }, [url.href, signedIn.value]);
  return { shown: shown.value, error: failed.value };
}

function Content() {
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const { pathname } = address.value;
  const { shown, error } = usePage(() => arrive(main.current, first));
  return (
    <main id="main" tabIndex={-1} ref={main}>
      {error ? <Failed error={error} retry={() => location.reload()} /> : null}
      {!error && !routeOf(pathname) && <Nothing title={t('gone.unknown')} says={t('gone.unknown.says')} />}
      {!error && routeOf(pathname) && <Drawn shown={shown} />}
    </main>
  );
}

function Drawn({ shown }: { shown: Shown | null }) {
  if (!shown) {
    return <Spinner />;
  }
  const { page: { default: Content }, parts, route } = shown;
  if (route.role && !hasRole(session().roles, route.role)) {
    return <Nothing title={t('gone.staff')} says={t('gone.staff.says')} />;
  }
  return (
    <Guard key={route.path}>
      <Content parts={parts} />
    </Guard>
  );
}

async function load(route: Route): Promise<Page> {
  const page = await route.load();
  if (page.messages) {
    await use(page.messages);
  }
  return page;
}

/** A reader of the screen hears of a new page by the focus, which a first visit leaves where it is. */
function arrive(main: HTMLElement | null, first: { current: boolean }): void {
  if (!first.current) {
    main?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  first.current = false;
}

function Nothing({ title, says }: { title: string; says: string }) {
  return (
    <Empty title={title} says={says}>
      <p><a class="button" href="/">{t('gone.home')}</a></p>
    </Empty>
  );
}

/** A page that throws while it is drawn takes no other part with it. */
class Guard extends Component<{ children: ComponentChildren }, { error: unknown }> {
  override state = { error: null as unknown };

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ error: new ReadableError(t('error.page')) });
  }

  override render() {
    return this.state.error ? <Failed error={this.state.error} retry={() => location.reload()} /> : this.props.children;
  }
}

/** The one notice, and whether the network is away. */
function Told() {
  const { value } = notice;
  const says = value?.says() ?? '';
  useSignalEffect(() => {
    const shown = notice.value;
    if (shown?.kind === 'done') {
      const timer = setTimeout(() => { if (notice.peek() === shown) { notice.value = null; } }, DONE_MS);
      return () => clearTimeout(timer);
    }
    return undefined;
  });
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Shown anew, it lies above a sheet that was opened since.
    box.current?.hidePopover();
    if (says || !online.value) {
      box.current?.showPopover();
    }
  }, [value, says, online.value]);
  return (
    <div class="told" popover="manual" ref={box}>
      {!online.value && <p class="toast" role="status" id="offline">{t('offline')}</p>}
      {value && says && (
        <p class="toast" id="notice" data-kind={value.kind} role={value.kind === 'problem' ? 'alert' : 'status'}>
          <span>{says}</span>
          <button type="button" class="round" aria-label={t('common.close')} onClick={() => { notice.value = null; }}>
            <Icon name="close" />
          </button>
        </p>
      )}
    </div>
  );
}
