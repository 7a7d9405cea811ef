### Regions of Ukraine.

## A region of Ukraine, by its ISO 3166-2 code.

region-ua-05 = Vinnytska oblast
region-ua-07 = Volynska oblast
region-ua-09 = Luhanska oblast
region-ua-12 = Dnipropetrovska oblast
region-ua-14 = Donetska oblast
region-ua-18 = Zhytomyrska oblast
region-ua-21 = Zakarpatska oblast
region-ua-23 = Zaporizka oblast
region-ua-26 = Ivano-Frankivska oblast
region-ua-30 = Kyiv
region-ua-32 = Kyivska oblast
region-ua-35 = Kirovohradska oblast
region-ua-40 = Sevastopol
region-ua-43 = Autonomous Republic of Crimea
region-ua-46 = Lvivska oblast
region-ua-48 = Mykolaivska oblast
region-ua-51 = Odeska oblast
region-ua-53 = Poltavska oblast
region-ua-56 = Rivnenska oblast
region-ua-59 = Sumska oblast
region-ua-61 = Ternopilska oblast
region-ua-63 = Kharkivska oblast
region-ua-65 = Khersonska oblast
region-ua-68 = Khmelnytska oblast
region-ua-71 = Cherkaska oblast
region-ua-74 = Chernihivska oblast
region-ua-77 = Chernivetska oblast
