/** Common given names and surnames of several Nigerian peoples, combined at random: nobody in particular. */
export interface People {
  male: readonly string[];
  female: readonly string[];
  surnames: readonly string[];
  states: readonly (readonly [state: string, towns: readonly string[]])[];
}

const igbo: People = {
  male: [
    'Chidi',
    'Emeka',
    'Obinna',
    'Ifeanyi',
    'Kelechi',
    'Nnamdi',
    'Uchenna',
    'Ikenna',
    'Chukwudi',
    'Ugochukwu',
    'Ebuka',
    'Somto',
  ],
  female: [
    'Adaeze',
    'Ngozi',
    'Chiamaka',
    'Ifeoma',
    'Nkechi',
    'Amarachi',
    'Uju',
    'Chinyere',
    'Ogechi',
    'Adanna',
    'Nneka',
    'Ebere',
  ],
  surnames: [
    'Okafor',
    'Eze',
    'Nwosu',
    'Okonkwo',
    'Ani',
    'Ugwu',
    'Okeke',
    'Nnamani',
    'Onyekachi',
    'Obi',
    'Ezeugwu',
    'Asogwa',
    'Nwachukwu',
    'Ọnụọha',
  ],
  states: [
    ['Enugu', ['Enugu', 'Nsukka', 'Oji River', 'Udi', 'Agbani']],
    ['Anambra', ['Awka', 'Onitsha', 'Nnewi', 'Ekwulobia']],
    ['Ebonyi', ['Abakaliki', 'Afikpo', 'Onueke']],
    ['Imo', ['Owerri', 'Orlu', 'Okigwe']],
    ['Abia', ['Umuahia', 'Aba', 'Ohafia']],
  ],
};
const yoruba: People = {
  male: ['Adébáyọ̀', 'Olúwaṣeun', 'Tunde', 'Kúnlé', 'Babátúndé', 'Ṣẹ́gun', 'Fẹ́mi', 'Gbénga', 'Ayọ̀délé', 'Kayode'],
  female: ['Fọláṣadé', 'Yétúndé', 'Bọ́lánlé', 'Títílayọ̀', 'Fúnmiláyọ̀', 'Adéọlá', 'Ṣadé', 'Rónkẹ́', 'Ìyábọ̀', 'Morenike'],
  surnames: ['Adéyẹmí', 'Ọládélé', 'Balógun', 'Ògúnlẹ́yẹ', 'Akínwándé', 'Fáshọ̀lá', 'Adébísí', 'Ọláníyan', 'Bámidélé', 'Ajàyí'],
  states: [
    ['Lagos', ['Ikeja', 'Surulere', 'Epe']],
    ['Oyo', ['Ibadan', 'Ogbomosho']],
    ['Ogun', ['Abeokuta', 'Ijebu Ode']],
  ],
};
const hausa: People = {
  male: ['Musa', 'Ibrahim', 'Abdullahi', 'Sani', 'Aliyu', 'Ɗanladi', 'Umar', 'Yusuf', 'Bala', 'Garba'],
  female: ['Amina', 'Fatima', 'Zainab', 'Hauwa', 'Aisha', 'Maryam', 'Hadiza', 'Rakiya', 'Halima', 'Ƙwara'],
  surnames: ['Abubakar', 'Bello', 'Mohammed', 'Suleiman', 'Danjuma', 'Lawal', 'Ɓagudu', 'Yakubu', 'Shehu', 'Tanko'],
  states: [
    ['Kano', ['Kano', 'Wudil']],
    ['Kaduna', ['Kaduna', 'Zaria']],
    ['Plateau', ['Jos', 'Shendam']],
    ['Benue', ['Makurdi', 'Otukpo', 'Gboko']],
  ],
};
const delta: People = {
  male: ['Ebiere', 'Tamuno', 'Efe', 'Oghenero', 'Ekong', 'Edet', 'Osaze', 'Itoro', 'Preye', 'Akpan'],
  female: ['Ebi', 'Eno', 'Idara', 'Oghenekaro', 'Itohan', 'Ufuoma', 'Nsikan', 'Boma', 'Ediye', 'Osas'],
  surnames: ['Effiong', 'Bassey', 'Okon', 'Ovie', 'Igbinovia', 'Dokubo', 'Etim', 'Udoh', 'Ogbebor', 'Amadi'],
  states: [
    ['Cross River', ['Calabar', 'Ogoja', 'Ikom']],
    ['Rivers', ['Port Harcourt', 'Bonny']],
    ['Delta', ['Asaba', 'Warri']],
    ['Akwa Ibom', ['Uyo', 'Eket']],
  ],
};

/** Peoples with their share of the demonstration ward, as a hospital in the south-east would see them. */
export const PEOPLES: readonly (readonly [share: number, people: People])[] = [
  [0.68, igbo],
  [0.1, yoruba],
  [0.1, hausa],
  [0.12, delta],
];
