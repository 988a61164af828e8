// The preview page is plain HTML, CSS and JavaScript: it is copied beside the compiled program as it is.
import { cpSync } from 'node:fs';

cpSync('src/output/page', 'dist/output/page', { recursive: true });
