### Participants, institutions, teams and their duty hours.

availability-on-duty-needed = Зазначте, чи команда на чергуванні; порожній об’єкт скасовує сказане раніше.
availability-above-entry = Сама команда може заявити місткість щонайбільше { $most }; більшу може встановити координатор.
availability-over = Цей момент уже минув.
duty-zone-unknown = це не часовий пояс IANA, як-от Europe/Kyiv
duty-day-needed = вкажіть принаймні один день
duty-time-malformed = час доби записують як ГГ:ХХ, наприклад 08:00
participant-role-ends-before = Роль має закінчуватися після початку.
institution-edrpou-needed = Установа має код ЄДРПОУ, якщо запис не тимчасовий.
institution-other-unknown = Іншої установи з таким ідентифікатором немає в довіднику.
team-participant-unknown = Учасника з таким ідентифікатором немає в довіднику.
team-participant-needed = Команда партнера належить до учасника.
team-language-malformed = Мова — це дві або три малі літери (ISO 639), наприклад uk.
team-coordinator-needed = Це команда координатора, без неї не можна.
contact-email-implausible = Це не адреса електронної пошти.
team-coordinator-stays = Команду координатора не можна деактивувати: вона остання для кожного інциденту.
institution-joined-already = Цей тимчасовий запис приєднано до іншої установи; його інциденти тепер належать їй.
join-done-otherwise = Його вже приєднано до іншої установи.
join-to-provisional = Цей запис сам тимчасовий; приєднуйте до справжнього.
institution-inactive = Цю установу деактивовано.
join-of-provisional-only = Приєднати до іншого можна лише тимчасовий запис.
join-has-clients = Він має клієнтів: хтось може читати його інциденти. Натомість зробіть його повноцінним записом.
join-reference-taken = Установа використовує цей зовнішній номер для іншого інциденту; із цього його знято.
