// The pages are plain HTML, CSS and JavaScript: they are copied beside the compiled program as they are.
import { cpSync } from 'node:fs';

for (const page of ['page', 'training-page']) cpSync(`src/output/${page}`, `dist/output/${page}`, { recursive: true });
