import { Navigate, Outlet, Route, Routes, useLocation } from 'react-router';
import { LandingPage } from '../features/landing/landing.page.tsx';
import { useSession } from '../features/session/session.tsx';
import { Failure, Skeleton } from '../ui/notice.tsx';
import { NotFoundPage } from './error.pages.tsx';
import { lazyPage } from './lazy.page.ts';
import { Shell } from './shell.tsx';

const SignInPage = lazyPage(() => import('../features/session/sign-in.page.tsx'));
const WorkspacePage = lazyPage(() => import('../features/project/workspace.page.tsx'));
const ProjectsPage = lazyPage(() => import('../features/project/projects.page.tsx'));
const TemplatesPage = lazyPage(() => import('../features/template/templates.page.tsx'));
const UsagePage = lazyPage(() => import('../features/usage/usage.page.tsx'));
const BillingPage = lazyPage(() => import('../features/billing/billing.page.tsx'));
const NotificationsPage = lazyPage(() => import('../features/notification/notifications.page.tsx'));
const SettingsPage = lazyPage(() => import('../features/settings/settings.page.tsx'));

/** Asks who is not signed in to do that first, and leads back here. */
function SignedIn() {
  const { state, error } = useSession();
  const { pathname, search, hash } = useLocation();
  if (state === 'in') return <Outlet />;
  if (state === 'unknown') return error ? <Failure error={error} /> : <Skeleton />;
  return <Navigate to={`/sign-in?${new URLSearchParams({ next: `${pathname}${search}${hash}` })}`} replace />;
}

/** Every address of the page. All but the first one are loaded when they are opened. */
export function Pages() {
  return (
    <Routes>
      <Route element={<Shell />}>
        <Route path="/" element={<LandingPage />} />
        <Route path="/sign-in" element={<SignInPage key="sign-in" mode="sign-in" />} />
        <Route path="/register" element={<SignInPage key="register" mode="register" />} />
        <Route element={<SignedIn />}>
          <Route path="/p/:projectId/*" element={<WorkspacePage />} />
          <Route path="/projects" element={<ProjectsPage />} />
          <Route path="/templates" element={<TemplatesPage />} />
          <Route path="/usage" element={<UsagePage />} />
          <Route path="/billing" element={<BillingPage />} />
          <Route path="/notifications" element={<NotificationsPage />} />
          <Route path="/settings/:section?" element={<SettingsPage />} />
        </Route>
        <Route path="*" element={<NotFoundPage />} />
      </Route>
    </Routes>
  );
}
