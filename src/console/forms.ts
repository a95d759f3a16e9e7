export * from '../platform/http/pages/forms.ts';
