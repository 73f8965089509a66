import type { Kind } from '../kind.ts';

const NO_CONTEXT = { context: [], languages: [] } as const;

/** Kinds that a grammar of their own finds. */
export const EMAIL: Kind = {
  id: 'email',
  group: 'contact',
  title: 'an e-mail address',
  severity: 'medium',
  checksum: false,
  source: 'https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1',
  ...NO_CONTEXT,
};

export const PHONE: Kind = {
  id: 'phone',
  group: 'contact',
  title: 'a phone number',
  severity: 'medium',
  checksum: false,
  context: [
    'phone', 'phones', 'tel', 'telephone', 'mobile', 'cell', 'cellphone', 'call', 'calls', 'called', 'calling', 'fax', 'whatsapp', 'signal', 'sms', 'text me', 'texted', 'dial', 'ring', 'reach', 'contact',
    'number is', 'landline', 'ph', 'answering', 'hotline', 'helpline', 'switchboard', 'pager', 'dial-in', 'handy*', 'telefon*', 'mobil*', 'festnetz', 'anruf*', 'rufnummer', 'téléphone', 'portable', 'tél', 'appelez', 'móvil', 'teléfono', 'llam*', 'celular', 'telefone', 'telemóvel',
    'cellulare', 'telefono', 'chiam*', 'telefoon*', 'mobiel', 'bel', 'puhelin*', 'телефон*', 'тел', 'звон*', 'τηλ*', 'κινητό', '電話*', '携帯', '电话', '手机', '전화*', '연락처', 'هاتف', 'جوال', 'טלפון', 'फ़ोन', 'मोबाइल',
  ],
  languages: ['en', 'de', 'fr', 'es', 'pt', 'it', 'nl', 'sv', 'fi', 'ru', 'el', 'ja', 'zh', 'ko', 'ar', 'he', 'hi'],
  source: 'https://www.itu.int/rec/T-REC-E.164',
}; // prettier-ignore

export const IPV4: Kind = {
  id: 'ipv4',
  group: 'network',
  title: 'an IPv4 address',
  severity: 'low',
  checksum: false,
  source: 'https://www.rfc-editor.org/rfc/rfc791',
  ...NO_CONTEXT,
};

export const IPV6: Kind = {
  id: 'ipv6',
  group: 'network',
  title: 'an IPv6 address',
  severity: 'low',
  checksum: false,
  source: 'https://www.rfc-editor.org/rfc/rfc4291#section-2.2',
  ...NO_CONTEXT,
};

export const MAC: Kind = {
  id: 'mac-address',
  group: 'network',
  title: 'a MAC address',
  severity: 'low',
  checksum: false,
  source: 'https://standards.ieee.org/products-programs/regauth/',
  ...NO_CONTEXT,
};

export const COORDINATES: Kind = {
  id: 'coordinates',
  group: 'place',
  title: 'coordinates of a place',
  severity: 'medium',
  checksum: false,
  context: [
    'lat', 'latitude', 'lon', 'lng', 'long', 'longitude', 'coordinates', 'coords', 'gps', 'location', 'geo', 'position', 'koordinaten', 'standort', 'breitengrad',
    'coordonnées', 'localisation', 'coordenadas', 'ubicación', 'localização', 'coordinate', 'posizione', 'coördinaten', 'координат*', '座標', '坐标', '좌표',
  ],
  languages: ['en', 'de', 'fr', 'es', 'pt', 'it', 'nl', 'ru', 'ja', 'zh', 'ko'],
  source: 'https://www.iso.org/standard/75147.html',
}; // prettier-ignore
