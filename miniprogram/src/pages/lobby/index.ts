import { settings } from '../../settings.ts';

Page({
  data: { endpoint: settings.endpoint },
});
