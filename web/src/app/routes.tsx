import { lazy, type ReactNode } from 'react';
import { createBrowserRouter, Navigate, Outlet, useLocation } from 'react-router';
import { LandingPage } from '../features/landing/landing.page.tsx';
import { useSession } from '../features/session/session.tsx';
import { SignInPage } from '../features/session/sign-in.page.tsx';
import { Failure, Skeleton } from '../ui/notice.tsx';
import { CrashPage, NotFoundPage } from './error.pages.tsx';
import { Shell } from './shell.tsx';

const WorkspacePage = lazy(() => import('../features/project/workspace.page.tsx'));
const ProjectsPage = lazy(() => import('../features/project/projects.page.tsx'));
const UsagePage = lazy(() => import('../features/usage/usage.page.tsx'));
const SettingsPage = lazy(() => import('../features/settings/settings.page.tsx'));

/** Asks who is not signed in to do that first, and leads back here. */
function SignedIn({ children }: { readonly children?: ReactNode }) {
  const { state, error } = useSession();
  const { pathname, search, hash } = useLocation();
  if (state === 'in') return children ?? <Outlet />;
  if (state === 'unknown') return error ? <Failure error={error} /> : <Skeleton />;
  return <Navigate to={`/sign-in?${new URLSearchParams({ next: `${pathname}${search}${hash}` })}`} replace />;
}

export const router = createBrowserRouter([
  {
    element: <Shell />,
    errorElement: <CrashPage />,
    children: [
      { path: '/', element: <LandingPage /> },
      { path: '/sign-in', element: <SignInPage key="sign-in" mode="sign-in" /> },
      { path: '/register', element: <SignInPage key="register" mode="register" /> },
      {
        element: <SignedIn />,
        children: [
          { path: '/p/:projectId/*', element: <WorkspacePage /> },
          { path: '/projects', element: <ProjectsPage /> },
          { path: '/usage', element: <UsagePage /> },
          { path: '/settings/:section?', element: <SettingsPage /> },
        ],
      },
      { path: '*', element: <NotFoundPage /> },
    ],
  },
]);
