import { t } from '../i18n.ts';
import { config, session, signedIn, signOut, unread } from '../state.ts';
import { isOffered } from '../roles.ts';
import { go } from '../router.ts';
import { ROUTES } from '../routes.ts';
import { Icon, type IconName } from './icons.tsx';

/** A bar below on a phone, a column at the side on a desktop. */
export function Navigation({ path }: { path: string }) {
  return (
    <header class="bar">
      <a class="brand" href="/" aria-label={t('app.name')}>
        <img src="/favicon.svg" alt="" width="32" height="32" />
        <span>{t('app.name')}</span>
      </a>
      <nav aria-label={t('nav.label')}>
        <ul>
          <Item to="/" icon="home" name={t('nav.home')} path={path} />
          <Item to="/following" icon="following" name={t('nav.following')} path={path} wide />
          <Item to="/search" icon="search" name={t('nav.search')} path={path} />
          <Item to="/upload" icon="upload" name={t('nav.upload')} path={path} />
          <Item to="/inbox" icon="inbox" name={t('nav.inbox')} path={path} badge={unread.value} />
          <Item to="/clips" icon="clips" name={t('nav.clips')} path={path} wide />
          <Item to="/bookmarks" icon="bookmark" name={t('nav.bookmarks')} path={path} wide />
          <Item to="/analytics" icon="chart" name={t('nav.analytics')} path={path} wide />
          <Item to="/review" icon="shield" name={t('nav.review')} path={path} wide />
          <Item to="/operations" icon="pulse" name={t('nav.operations')} path={path} wide />
          <Item to="/me" icon="me" name={t('nav.me')} path={path} />
          <Item to="/settings" icon="settings" name={t('nav.settings')} path={path} wide={signedIn.value} />
        </ul>
      </nav>
      <div class="bar-end">
        {signedIn.value ? (
          <button type="button" class="quiet" id="sign-out" onClick={() => void leave()}>{t('nav.signOut')}</button>
        ) : (
          path !== '/sign-in' && <a class="button" id="sign-in-first" href={signInAddress(path)}>{t('nav.signIn')}</a>
        )}
      </div>
    </header>
  );
}

/** Whether who is here is led to this page of the app. */
export function offers(path: string): boolean {
  const route = ROUTES.find((one) => one.path === path);
  return route !== undefined && isOffered(route, config(), signedIn.value ? session().roles : null);
}

export function signInAddress(path: string): string {
  return path === '/' || path.startsWith('/sign') ? '/sign-in' : `/sign-in?${new URLSearchParams({ to: path })}`;
}

async function leave(): Promise<void> {
  if (await signOut()) {
    go('/sign-in');
  }
}

interface ItemProps {
  to: string;
  icon: IconName;
  name: string;
  path: string;
  /** Only where there is room for it: a phone reaches it from the profile. */
  wide?: boolean;
  badge?: number;
}

function Item({ to, icon, name, path, wide = false, badge = 0 }: ItemProps) {
  if (!offers(to)) {
    return null;
  }
  return (
    <li class={wide ? 'wide-only' : ''}>
      <a href={to} aria-current={path === to ? 'page' : undefined} aria-label={badge ? t('nav.inbox.unread', { n: badge }) : undefined}>
        <span class="nav-icon">
          <Icon name={icon} filled={path === to && icon !== 'search' && icon !== 'upload'} />
          {badge > 0 && <span class="badge">{badge > 49 ? '50+' : badge}</span>}
        </span>
        <span class="nav-name">{name}</span>
      </a>
    </li>
  );
}
