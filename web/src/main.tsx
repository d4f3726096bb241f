import { ApolloProvider } from '@apollo/client/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { createApiClient } from './api/client.ts';
import { CrashBoundary } from './app/error.pages.tsx';
import { Pages } from './app/routes.tsx';
import { SessionProvider } from './features/session/session.tsx';
import { findLanguage, loadTexts, TextProvider } from './text/text.tsx';
import './ui/tokens.css';
import './ui/base.css';

const language = findLanguage();
document.documentElement.lang = language;
const texts = await loadTexts(language);
const root = document.getElementById('root');
if (!root) throw new Error('The page has no element with the id root.');

createRoot(root).render(
  <StrictMode>
    <TextProvider texts={texts}>
      <ApolloProvider client={createApiClient()}>
        <SessionProvider>
          <BrowserRouter>
            <CrashBoundary>
              <Pages />
            </CrashBoundary>
          </BrowserRouter>
        </SessionProvider>
      </ApolloProvider>
    </TextProvider>
  </StrictMode>,
);
