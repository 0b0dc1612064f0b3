import './app.css';
import { mount } from 'svelte';
import { Api } from './api';
import App from './App.svelte';
import { chooseFirstLanguage } from './language.svelte';
import { parseLink } from './link';
import { storageOf } from './remember';
import { startTheme } from './theme.svelte';

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no #app');

startTheme();
const link = parseLink(location.hash);
chooseFirstLanguage(link.language);
mount(App, { target, props: { api: new Api(storageOf('sessionStorage')), link } });
