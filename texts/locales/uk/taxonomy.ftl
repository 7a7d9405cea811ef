### The Reference Security Incident Taxonomy.

## The class of an incident: what kind of thing happened.

incident-class-abusive-content = Неприйнятний вміст
incident-class-malicious-code = Шкідливий програмний код
incident-class-information-gathering = Збирання інформації
incident-class-intrusion-attempts = Спроби втручання
incident-class-intrusions = Втручання
incident-class-availability = Порушення доступності
incident-class-information-content-security = Порушення безпеки інформації
incident-class-fraud = Шахрайство
incident-class-vulnerable = Вразливість
incident-class-other = Інше
incident-class-test = Тест

## A type of incident within its class.

incident-type-abusive-content-spam = Спам
incident-type-abusive-content-harmful-speech = Шкідливі висловлювання
incident-type-abusive-content-violence = Матеріали сексуального характеру, сексуальної експлуатації (зокрема дітей) чи насильства
incident-type-malicious-code-infected-system = Заражена система
incident-type-malicious-code-c2-server = Командний сервер (C2)
incident-type-malicious-code-malware-distribution = Поширення шкідливого програмного забезпечення
incident-type-malicious-code-malware-configuration = Конфігурація шкідливого програмного забезпечення
incident-type-information-gathering-scanner = Сканування
incident-type-information-gathering-sniffing = Перехоплення мережевого трафіку
incident-type-information-gathering-social-engineering = Соціальна інженерія
incident-type-intrusion-attempts-ids-alert = Експлуатація відомих вразливостей
incident-type-intrusion-attempts-brute-force = Спроби підбору облікових даних
incident-type-intrusion-attempts-exploit = Нова сигнатура атаки
incident-type-intrusions-privileged-account-compromise = Компрометація привілейованого облікового запису
incident-type-intrusions-unprivileged-account-compromise = Компрометація непривілейованого облікового запису
incident-type-intrusions-application-compromise = Компрометація застосунку
incident-type-intrusions-system-compromise = Компрометація системи
incident-type-intrusions-burglary = Фізичне проникнення
incident-type-availability-dos = Відмова в обслуговуванні (DoS)
incident-type-availability-ddos = Розподілена відмова в обслуговуванні (DDoS)
incident-type-availability-misconfiguration = Помилкове налаштування
incident-type-availability-sabotage = Саботаж
incident-type-availability-outage = Перебій у роботі
incident-type-information-content-security-unauthorised-information-access = Несанкціонований доступ до інформації
incident-type-information-content-security-unauthorised-information-modification = Несанкціонована зміна інформації
incident-type-information-content-security-data-loss = Втрата даних
incident-type-information-content-security-data-leak = Витік конфіденційної інформації
incident-type-fraud-unauthorised-use-of-resources = Несанкціоноване використання ресурсів
incident-type-fraud-copyright = Порушення авторського права
incident-type-fraud-masquerade = Видавання себе за іншу особу
incident-type-fraud-phishing = Фішинг
incident-type-vulnerable-weak-crypto = Слабка криптографія
incident-type-vulnerable-ddos-amplifier = Підсилювач DDoS-атак
incident-type-vulnerable-potentially-unwanted-accessible = Потенційно небажані загальнодоступні сервіси
incident-type-vulnerable-information-disclosure = Розкриття інформації
incident-type-vulnerable-vulnerable-system = Вразлива система
incident-type-other-other = Некласифікований інцидент
incident-type-other-undetermined = Не визначено
incident-type-test-test = Тест
