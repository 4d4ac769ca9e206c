/**
 * The tables of the MySQL before PostgreSQL, written anew from their description: the names of the first schema, ids that are words. Rows are
 * made up.
 */
export const MYSQL_SCHEMA: readonly string[] = [
  `create table users (id varchar(64) primary key, email varchar(255) not null unique, password varchar(255) not null, full_name varchar(255),
    role varchar(50), department varchar(100), is_approved tinyint(1) default 0, is_active tinyint(1) default 1,
    created_at datetime default current_timestamp, updated_at datetime default current_timestamp) character set utf8mb4`,
  `create table patients (id varchar(64) primary key, hospital_number varchar(50) unique, first_name varchar(100), last_name varchar(100),
    date_of_birth date, gender varchar(20), phone varchar(20), allergies text, deleted tinyint(1) default 0,
    created_by varchar(64), created_at datetime default current_timestamp) character set utf8mb4`,
  `create table patient_admissions (id varchar(64) primary key, patient_id varchar(64), admission_number varchar(50),
    admission_date datetime, admission_type varchar(50), ward varchar(100), bed_number varchar(20), consultant_id varchar(64),
    status varchar(50) default 'Active') character set utf8mb4`,
];

/** Rows by table: `patients` of them, each in a stay that has ended, and what is dirty. */
export function mysqlRows(patients: number): Record<string, unknown[][]> {
  const numbers = Array.from({ length: patients }, (_, i) => i + 1);
  return {
    users: [
      [
        'admin-001',
        'old.admin@example.ng',
        'x',
        'Old Admin',
        'super_admin',
        null,
        1,
        1,
        '2024-01-01 08:00:00',
        '2024-01-01 08:00:00',
      ],
      [
        'user-1731580000000',
        'ọlá@example.ng',
        'x',
        'Ọlá Adébáyọ̀',
        'consultant',
        'Plastic surgery',
        1,
        1,
        '2024-01-01 08:00:00',
        '2024-01-01 08:00:00',
      ],
      [
        'user-1731580000001',
        'who@example.ng',
        'x',
        'Who',
        'registrar',
        null,
        0,
        1,
        '2024-01-01 08:00:00',
        '2024-01-01 08:00:00',
      ],
    ],
    patients: [
      ...numbers.map((n) => [
        `patient_${n}`,
        `OLD/${n}`,
        'Ada',
        `Nwosu ${n}`,
        `19${String(50 + (n % 50))}-0${1 + (n % 9)}-1${n % 10}`,
        n % 2 === 0 ? 'Female' : 'Male',
        '08030000000',
        n % 7 === 0 ? 'Latex, Penicillin' : null,
        0,
        'user-1731580000000',
        '2024-02-01 09:00:00',
      ]),
      [
        'patient_zero',
        'OLD/zero',
        'Day',
        'Unknown',
        '0000-00-00',
        'Female',
        null,
        '🥜 groundnut',
        0,
        null,
        '2024-02-01 09:00:00',
      ],
      ['patient_gone', 'OLD/gone', 'Not', 'Here', '1980-01-01', 'Male', null, null, 1, null, '2024-02-01 09:00:00'],
    ],
    patient_admissions: numbers.map((n) => [
      `stay_${n}`,
      `patient_${n}`,
      `OLD-A-${n}`,
      '2024-02-01 09:30:00',
      'Elective',
      `Ward ${1 + (n % 9)}`,
      null,
      'user-1731580000000',
      'Active',
    ]),
  };
}
