import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { guide } from './guide.config.ts';

/** Where `vite dev` finds the API. */
const api = process.env.PSA_API ?? 'http://127.0.0.1:3001';

export default defineConfig({
  build: { target: 'es2022', sourcemap: true, assetsInlineLimit: 0, chunkSizeWarningLimit: 900 },
  server: { host: '127.0.0.1', proxy: { '/api': api } },
  preview: { host: '127.0.0.1', proxy: { '/api': api } },
  plugins: [
    react(),
    guide(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src',
      filename: 'sw.ts',
      // Registered by src/ui/update.ts: a new version waits for the person's tap.
      injectRegister: false,
      registerType: 'prompt',
      injectManifest: {
        globPatterns: ['**/*.{js,css,html,woff2,svg,png,webmanifest}'],
        maximumFileSizeToCacheInBytes: 4_000_000,
        sourcemap: false,
      },
      manifest: {
        id: '/',
        name: 'Plastic Surgeon Assistant',
        short_name: 'Surgeon Assistant',
        description: 'The plastic surgery unit at hand, with or without a network.',
        lang: 'en',
        start_url: '/',
        scope: '/',
        display: 'standalone',
        background_color: '#fdfdfb',
        theme_color: '#0c4f3d',
        categories: ['medical'],
        icons: [
          { src: '/icon.svg', sizes: 'any', type: 'image/svg+xml' },
          { src: '/icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: '/icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: '/icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
        ],
        shortcuts: [
          { name: 'Patients', url: '/patients' },
          { name: 'Register a patient', url: '/patients/new' },
          { name: 'Ward board', url: '/wards' },
        ],
      },
    }),
  ],
});
