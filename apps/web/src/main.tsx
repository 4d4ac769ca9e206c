import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '@mantine/spotlight/styles.layer.css';
import './ui/fonts.css';
import './ui/base.css';
import './ui/pieces.css';
import './ui/forms.css';
import './ui/shell.css';
import './ui/patients.css';
import { createRoot } from 'react-dom/client';
import { App } from './screens/App.tsx';
import { startUpdates } from './ui/update.ts';

const root = document.getElementById('root');
if (!root) throw new Error('index.html lost its root');
createRoot(root).render(<App />);
startUpdates();
