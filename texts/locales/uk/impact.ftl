### The questions of the scoring system and their answers.

## What the incident does to the services of the institution.

question-functional-impact = Вплив на функціонування
functional-impact-no-impact = Без впливу
functional-impact-no-impact-to-services = Без впливу на сервіси
functional-impact-minimal-impact-to-non-critical-services = Незначний вплив на некритичні сервіси
functional-impact-minimal-impact-to-critical-services = Незначний вплив на критичні сервіси
functional-impact-significant-impact-to-non-critical-services = Значний вплив на некритичні сервіси
functional-impact-denial-of-non-critical-services = Некритичні сервіси недоступні
functional-impact-significant-impact-to-critical-services = Значний вплив на критичні сервіси
functional-impact-denial-of-critical-services-or-loss-of-control = Критичні сервіси недоступні або втрачено контроль

## How far the attacker has come.

question-observed-activity = Спостережувана активність
observed-activity-none = Немає
observed-activity-prepare = Підготовка
observed-activity-engage = Спроба проникнення
observed-activity-presence = Присутність у системі
observed-activity-effect = Вплив на систему

## The innermost place where the attacker was seen.

question-location-of-observed-activity = Місце активності
location-of-observed-activity-level-1-business-dmz = Рівень 1: демілітаризована зона корпоративної мережі
location-of-observed-activity-level-2-business-network = Рівень 2: корпоративна мережа
location-of-observed-activity-unknown = Невідомо
location-of-observed-activity-level-3-business-network-management = Рівень 3: керування корпоративною мережею
location-of-observed-activity-level-4-critical-system-dmz = Рівень 4: демілітаризована зона критичних систем
location-of-observed-activity-level-5-critical-system-management = Рівень 5: керування критичними системами
location-of-observed-activity-level-6-critical-systems = Рівень 6: критичні системи
location-of-observed-activity-level-7-safety-systems = Рівень 7: системи безпеки

## Who is believed to be behind it.

question-actor-characterization = Характеристика порушника
actor-characterization-hacktivists = Хактивісти
actor-characterization-unwitting-insider = Внутрішній порушник без умислу
actor-characterization-criminal = Кіберзлочинці
actor-characterization-unknown = Невідомо
actor-characterization-witting-insider = Внутрішній порушник з умислом
actor-characterization-apt = Угруповання APT
actor-characterization-apt-targeted = Угруповання APT, цілеспрямована атака

## What happened to information.

question-information-impact = Вплив на інформацію
information-impact-no-impact = Без впливу
information-impact-suspected-but-not-identified = Є підозра, але не встановлено
information-impact-privacy-data-loss = Втрата персональних даних
information-impact-proprietary-information-loss = Втрата службової або комерційної інформації
information-impact-destruction-of-non-critical-system = Знищення некритичної системи
information-impact-critical-systems-data-breach = Витік даних критичних систем
information-impact-core-credential-compromise = Компрометація ключових облікових даних
information-impact-destruction-of-critical-system = Знищення критичної системи

## What it takes to recover.

question-recoverability = Відновлюваність
recoverability-regular = Наявними силами
recoverability-supplemented = Із залученням додаткових сил
recoverability-extended = Строк непередбачуваний, потрібна стороння допомога
recoverability-not-recoverable = Відновлення неможливе

## How much other sectors depend on the one that was hit. It follows from the sector and is never asked.

question-cross-sector-dependency = Залежність інших секторів
cross-sector-dependency-agriculture-and-food = Сільське господарство та харчова промисловість
cross-sector-dependency-banking-and-finance = Банки та фінанси
cross-sector-dependency-chemical = Хімічна промисловість
cross-sector-dependency-commercial-facilities = Комерційні об’єкти
cross-sector-dependency-communications = Зв’язок
cross-sector-dependency-critical-manufacturing = Критичне виробництво
cross-sector-dependency-dams = Греблі
cross-sector-dependency-defense-industrial-base = Оборонна промисловість
cross-sector-dependency-emergency-services = Екстрені служби
cross-sector-dependency-energy = Енергетика
cross-sector-dependency-government-facilities = Державні установи
cross-sector-dependency-healthcare-and-public-health = Охорона здоров’я
cross-sector-dependency-information-technology = Інформаційні технології
cross-sector-dependency-nuclear-reactors-materials-and-waste = Ядерні реактори, матеріали та відходи
cross-sector-dependency-transportation-systems = Транспорт
cross-sector-dependency-water = Водопостачання

## What may come of it yet.

question-potential-impact = Потенційний вплив
potential-impact-minimal = Мінімальний
potential-impact-low = Низький
potential-impact-moderate = Помірний
potential-impact-high = Високий
potential-impact-severe = Дуже високий
