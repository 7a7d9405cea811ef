### Vocabularies: labels of what may be said.

## The sector an institution works in or an incident hit. The first four are those the service triages by; the others may be reported and go to the default routing rule, so that nothing is refused in a crisis.

sector-health = Охорона здоров’я
sector-energy = Енергетика
sector-government = Державне управління
sector-registries = Державні реєстри
sector-transport = Транспорт
sector-finance = Фінанси
sector-telecom = Електронні комунікації
sector-water = Водопостачання
sector-digital-infrastructure = Цифрова інфраструктура
sector-education = Освіта
sector-other = Інше

## What is seen, in plain words, by somebody who is no security specialist.

symptom-files-encrypted = Файли зашифровано
symptom-data-destroyed = Дані знищено
symptom-service-down = Сервіс не працює
symptom-account-taken = Обліковий запис захоплено
symptom-data-leaked = Витік даних
symptom-phishing = Фішинг
symptom-site-defaced = Сайт спотворено
symptom-connectivity-lost = Втрачено зв’язок
symptom-process-control-affected = Порушено керування технологічним процесом

## The kinds of assistance the mechanism gives.

assistance-cyber-defense-technology = Технології кіберзахисту
assistance-incident-response = Реагування на інциденти
assistance-satellite-communications = Супутниковий зв’язок
assistance-continuous-assistance = Довгострокова допомога

## The stage of a report: those of Resolution 1533 of the Cabinet of Ministers of Ukraine (26 November 2025), and `update` for anything said between or after them.

stage-initial = Первинне повідомлення
stage-preliminary = Попередній звіт
stage-interim = Проміжний звіт
stage-final = Остаточний звіт
stage-update = Оновлення

## Where a reporting stage stands.

stage-state-pending = Очікується
stage-state-submitted = Подано вчасно
stage-state-late = Подано із запізненням
stage-state-overdue = Прострочено

## The status of an incident.

incident-status-received = Отримано
incident-status-waiting = Очікує на команду
incident-status-assigned = Призначено
incident-status-in-progress = У роботі
incident-status-resolved = Вирішено
incident-status-closed = Закрито
incident-status-withdrawn = Відкликано
incident-status-merged = Об’єднано

## The state of a case: one team's assignment to one incident.

case-state-assigned = Призначено
case-state-acknowledged = Підтверджено
case-state-in-progress = У роботі
case-state-resolved = Вирішено
case-state-declined = Команда відмовилася
case-state-expired = Строк минув
case-state-handed-over = Передано
case-state-revoked = Скасовано

## What a team is to an incident: the lead answers for it, support brings one kind of help.

assignment-role-lead = Провідна команда
assignment-role-support = Допоміжна команда

## The role of a client, which decides its scopes.

role-institution = Установа
role-team = Команда реагування
role-coordinator = Координатор
role-observer = Спостерігач
role-donor = Донор
role-auditor = Аудитор

## The role of a participant of the mechanism.

participant-role-beneficiary = Бенефіціар
participant-role-donor = Донор
participant-role-observer = Спостерігач

## Category of a critical-infrastructure object (Law of Ukraine 1882-IX, article 8), I being the most important.

infrastructure-category-i = I категорія
infrastructure-category-ii = II категорія
infrastructure-category-iii = III категорія
infrastructure-category-iv = IV категорія
infrastructure-category-none = Не критична інфраструктура

## Kinds of data an incident touched.

data-type-personal = Персональні дані
data-type-medical = Медичні дані
data-type-financial = Фінансові дані
data-type-credentials = Облікові дані
data-type-operational = Виробничі дані
data-type-state-secret = Державна таємниця
data-type-other = Інше

## In which language a document is printed.

print-language-uk = Українською
print-language-en = Англійською
print-language-both = Українською, потім англійською

## What a recipient may do with the information, from anything at all to nothing an attacker could notice.

pap-clear = PAP:CLEAR
pap-green = PAP:GREEN
pap-amber = PAP:AMBER
pap-red = PAP:RED

## What kind of thing an indicator is.

indicator-type-ipv4 = Адреса IPv4
indicator-type-ipv6 = Адреса IPv6
indicator-type-cidr = Мережа (CIDR)
indicator-type-domain = Доменне ім’я
indicator-type-url = URL-адреса
indicator-type-email = Адреса електронної пошти
indicator-type-file-sha256 = SHA-256 файлу
indicator-type-file-sha1 = SHA-1 файлу
indicator-type-file-md5 = MD5 файлу
indicator-type-filename = Ім’я файлу
indicator-type-cve = Вразливість (CVE)
indicator-type-attack-technique = Техніка ATT&CK

## Who may see a message, beside its author's side and the coordinator.

visibility-all = Установа, команди та координатор
visibility-responders = Команди та координатор
visibility-coordinator = Лише координатор

## What an attachment is.

attachment-kind-log = Журнал подій
attachment-kind-screenshot = Знімок екрана
attachment-kind-malware-sample = Зразок шкідливого програмного забезпечення
attachment-kind-memory-image = Образ пам’яті
attachment-kind-disk-image = Образ диска
attachment-kind-network-capture = Запис мережевого трафіку
attachment-kind-document = Документ
attachment-kind-other = Інше

## Which text of an incident is translated.

translated-text-title = Назва
translated-text-description = Опис
translated-text-measures-taken = Вжиті заходи
translated-text-message = Повідомлення учасника
translated-text-resolution-summary = Підсумок вирішення

## Where a proposal of a team stands.

proposal-state-pending = Очікує на рішення
proposal-state-accepted = Прийнято
proposal-state-rejected = Відхилено

## A part of an incident that a team is shown or not.

part-institution = Установа
part-contact = Контактна особа
part-title = Назва
part-description = Опис
part-measures-taken = Вжиті заходи
part-services = Уражені сервіси
part-regions = Регіони
part-affected-systems = Кількість систем
part-affected-users = Кількість користувачів
part-indicators = Індикатори компрометації
part-incident-type = Тип у межах класу
part-circumstances = Обставини та наслідки
part-times = Час подій і строки
part-triage = Підстави оцінки
part-external-ref = Номер в установі
part-reports = Повідомлення в оригіналі
part-conversation = Листування і вкладення
part-course = Повний перебіг

## How many there are, roughly: an exact number can tell whose they are.

size-band-0 = немає
size-band-1-10 = від 1 до 10
size-band-11-100 = від 11 до 100
size-band-101-1000 = від 101 до 1 000
size-band-1001-10000 = від 1 001 до 10 000
size-band-more = понад 10 000

## How one incident stands to another.

link-kind-duplicate-of = Повідомлено двічі: описано в іншому інциденті
link-kind-same-attack = Частина тієї самої атаки
link-kind-caused-by = Спричинений іншим
link-kind-split-from = Виокремлений з іншого

## What can be done with a case.

case-verb-acknowledge = Підтвердити
case-verb-start = Почати роботу
case-verb-resolve = Вирішити
case-verb-decline = Відмовитися
case-verb-hand-over = Передати
case-verb-expire = Вважати строк минулим
case-verb-revoke = Скасувати
case-verb-reopen = Відновити

## What can be done with an incident as a whole.

incident-verb-close = Закрити
incident-verb-withdraw = Відкликати
incident-verb-merge = Об’єднати з іншим
incident-verb-reopen = Відновити

## Where the withdrawal of an incident stands.

withdrawal-state-requested = Запитано
withdrawal-state-confirmed = Підтверджено
withdrawal-state-rejected = Відхилено

## What a notice is about; contacts say which of these they want.

occasion-assigned = Призначено справу
occasion-half-deadline = Минула половина строку підтвердження
occasion-stage-due-soon = Наближається строк звіту
occasion-overdue = Строк минув
occasion-message = Надійшло повідомлення
occasion-overload = Усі відповідні команди завантажені

## How a notice travels.

channel-email = Електронна пошта
channel-webhook = Вебхук

## What became of a notice.

notice-state-pending = Очікує надсилання
notice-state-sent = Надіслано
notice-state-failed = Не вдалося надіслати
notice-state-cancelled = Більше не потрібно
notice-state-gathered = Увійшло до зведення

## What a further report is: the next stage, or an update.

follow-up-stage-preliminary = Попередній звіт
follow-up-stage-interim = Проміжний звіт
follow-up-stage-final = Остаточний звіт
follow-up-stage-update = Оновлення

## How it came to an assignment.

outcome-rule = Правило знайшло команду
outcome-default-rule = Жодне правило не знайшло команди; узято команду, що обслуговує сектор
outcome-waiting = Усі відповідні команди завантажені
outcome-no-candidate = Жодна партнерська команда не підходить
outcome-tries-used-up = Надто багато команд не підтвердили вчасно
outcome-manual = Призначено координатором

## One reason why a team is no candidate.

exclusion-inactive = Команду деактивовано
exclusion-participant-inactive = Роль її учасника наразі не чинна
exclusion-participant-observer = Її учасник є лише спостерігачем
exclusion-off-duty = Не на чергуванні
exclusion-sector-not-served = Не обслуговує цей сектор
exclusion-assistance-not-offered = Не надає потрібної допомоги
exclusion-language-not-spoken = Не володіє жодною з мов, указаних у правилі
exclusion-tlp-above-ceiling = Позначка TLP вища за дозволену для команди
exclusion-at-capacity = Команда повністю завантажена
exclusion-declined = Уже відмовилася від цього інциденту
exclusion-already-assigned = Уже залучена до цього інциденту
exclusion-not-in-pool = Не належить до команд цього правила
exclusion-exercise-not-opted-in = Не бере участі в навчаннях
exclusion-coordinator = Власна команда координатора стоїть останньою
exclusion-silent = Її засоби давно не опитували службу, і немає контакту, який можна сповістити

## Why re-routing takes an assignment back.

revocation-reason-tlp-above-ceiling = Позначка TLP тепер вища за дозволену для команди
revocation-reason-no-longer-eligible = За правилами інцидент більше не належить цій команді
revocation-reason-no-longer-needed = Ця підтримка більше не потрібна
revocation-reason-partner-available = Тепер інцидент може взяти партнерська команда

## Which level the rules' `level_min` is compared with.

act-on-score = Сам рівень
act-on-upper-first-hour = Верхня межа інтервалу протягом першої години, далі — сам рівень

## How the best of several candidates is chosen.

strategy-least-loaded = Спершу найменш завантажена
strategy-priority = За пріоритетом команд
strategy-round-robin = По черзі

## What two reports have in common.

likeness-indicators = Мають спільний індикатор компрометації
likeness-words = Однакові слова в назві або описі
likeness-services = Уражено ту саму послугу
likeness-symptoms = Ті самі ознаки

## How a case ended.

outcome-contained = Локалізовано
outcome-eradicated = Усунено
outcome-recovered = Відновлено
outcome-mitigated = Пом’якшено
outcome-false-alarm = Хибна тривога
outcome-other = Інше

## Labels of the Traffic Light Protocol: they are not translated.

tlp-clear = TLP:CLEAR
tlp-green = TLP:GREEN
tlp-amber = TLP:AMBER
tlp-amber-strict = TLP:AMBER+STRICT
tlp-red = TLP:RED

## What a level of severity is called, from 0 to 5.

level-0 = некритичний
level-1 = низький
level-2 = середній
level-3 = високий
level-4 = критичний
level-5 = надзвичайний
