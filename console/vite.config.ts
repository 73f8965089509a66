import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The gateway serves what is built here under a policy that allows no inline code: nothing may be inlined. */
export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // `npm run dev -w console` beside a running gateway.
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': 'http://127.0.0.1:8788',
      '/readyz': 'http://127.0.0.1:8788',
    },
  },
});
